/** Builds the app into a folder. Run directly: `node build/build.ts FOLDER`. */
import { createHash } from 'node:crypto'
import { cp } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { build, type Plugin } from 'vite'

const root = dirname(import.meta.dirname)
const SERVICE_WORKER = 'service-worker.js'

/** What pdf.js fetches when a document needs it: fonts of the standard 14, character maps, decoders. */
const readerFolders = ['cmaps', 'standard_fonts', 'wasm', 'iccs'] as const

export async function buildApp(outDir: string): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2024',
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      rolldownOptions: {
        input: { index: join(root, 'index.html'), worker: join(root, 'src/service-worker/service-worker.ts') },
        output: { entryFileNames: ({ name }) => (name === 'worker' ? SERVICE_WORKER : 'assets/[name]-[hash].js') },
      },
    },
    plugins: [shellOfServiceWorker()],
  })
  const reader = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'))
  for (const folder of readerFolders) {
    await cp(join(reader, folder), join(outDir, 'pdfjs', folder), { recursive: true })
  }
}

/** Tells the service worker what the shell is made of: what the page loads before a document is opened. */
function shellOfServiceWorker(): Plugin {
  return {
    name: 'cloudsigner-service-worker',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const worker = bundle[SERVICE_WORKER]
        if (worker?.type !== 'chunk') throw new Error('the service worker was not built')
        const entry = Object.values(bundle).find((part) => part.type === 'chunk' && part.name === 'index')
        const scripts = entry?.type === 'chunk' ? [entry.fileName, ...entry.imports] : []
        const styles = Object.keys(bundle).filter((name) => name.endsWith('.css'))
        const shell = [...scripts, ...styles, 'icon.svg', 'manifest.webmanifest'].map((name) => `/${name}`)
        const digest = createHash('sha256')
        for (const [name, part] of Object.entries(bundle))
          digest.update(name + (part.type === 'chunk' ? part.code : ''))
        const buildId = digest.digest('hex').slice(0, 16)
        worker.code = worker.code
          .replaceAll('__SHELL__', JSON.stringify(shell))
          .replaceAll('__BUILD__', JSON.stringify(buildId))
      },
    },
  }
}

if (process.argv[1] === import.meta.filename) await buildApp(resolve(process.argv[2] ?? join(root, 'dist')))
