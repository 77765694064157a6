interface RiskTexts {
  readonly heading: string
  readonly message: string
  readonly items: string[]
}

/** What a person is warned of before an operation with the risk flag F. */
const texts: Readonly<Record<string, RiskTexts>> = {
  en: {
    heading: 'Watch out for fraud',
    message: 'Somebody may be trying to trick you. Stop if any of this is true:',
    items: [
      'Somebody on the phone tells you what to do.',
      'You did not start this operation yourself.',
      'Somebody else can see or control your device.',
    ],
  },
  cs: {
    heading: 'Pozor na podvod',
    message: 'Někdo se vás možná snaží podvést. Nepokračujte, pokud něco z toho platí:',
    items: [
      'Někdo vám po telefonu říká, co máte dělat.',
      'Tuto operaci jste nezačali vy.',
      'Vaše zařízení vidí nebo ovládá někdo jiný.',
    ],
  },
  de: {
    heading: 'Vorsicht vor Betrug',
    message: 'Vielleicht will Sie jemand täuschen. Brechen Sie ab, wenn etwas davon zutrifft:',
    items: [
      'Jemand sagt Ihnen am Telefon, was Sie tun sollen.',
      'Sie haben diesen Vorgang nicht selbst begonnen.',
      'Jemand anderes sieht oder steuert Ihr Gerät.',
    ],
  },
}
const english: RiskTexts = texts.en ?? { heading: '', message: '', items: [] }

export function riskTexts(language: string): RiskTexts {
  const { items, ...rest } = (Object.hasOwn(texts, language) ? texts[language] : undefined) ?? english
  return { ...rest, items: [...items] }
}
