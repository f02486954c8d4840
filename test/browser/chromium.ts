import {existsSync, readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {Server, ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import path from 'node:path';
import {build} from 'esbuild';
import {chromium} from 'playwright-core';
import type {Browser, Page} from 'playwright-core';
import type {Suites as PageSuites} from './page.js';
import type {PolicySuites} from './policy-page.js';
import type {TfvisSuites} from './tfvis-page.js';

type Suites = PageSuites & PolicySuites & TfvisSuites;

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const {CHROMIUM_PATH, REQUIRE_CHROMIUM} = process.env;
const candidates = CHROMIUM_PATH ? [CHROMIUM_PATH] : USUAL_PLACES;
const executablePath = candidates.find(candidate => existsSync(candidate));

/** WebGL 2, float textures and WebGPU without a GPU, and nothing that asks the network. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
];

/**
 * `describe` where there is a Chromium: at CHROMIUM_PATH or, if that is not set, in a usual place. Without one the tests
 * are skipped, or fail if REQUIRE_CHROMIUM is set.
 */
export function describeInChromium(title: string, define: () => void): void {
  if (executablePath) {
    describe(title, define);
  } else if (REQUIRE_CHROMIUM) {
    test(title, () => {
      throw new Error('no Chromium found: install one, or set CHROMIUM_PATH to its executable');
    });
  } else {
    describe.skip(`${title} (no Chromium found: install one, or set CHROMIUM_PATH)`, define);
  }
}

const wasmFolder = path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));

/** Headers with which a page is served. */
type Headers = Readonly<Record<string, string>>;

/** What lets a page have memory that threads share. */
export const ISOLATED: Headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** A browser, and a server of the pages that it opens. */
export interface Chromium {
  /**
   * Opens a page that runs `script` (below this folder) and waits for its `suites`. Every error and
   * warning that the page logs goes into `logs`.
   */
  open(script: string, headers?: Headers): Promise<OpenPage>;
  close(): Promise<void>;
}

export interface OpenPage {
  readonly page: Page;
  readonly logs: readonly string[];
  /** Calls one of the page's suites with arguments, and gives its result, as plain data. */
  run<Name extends keyof Suites>(
    name: Name,
    ...parameters: Parameters<Suites[Name]>
  ): Promise<Awaited<ReturnType<Suites[Name]>>>;
}

/** A browser alone. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({executablePath, args: FLAGS});
}

export async function startChromium(): Promise<Chromium> {
  const scripts = new Map<string, string>();
  const pages = new Map<string, Headers>();
  const server = createServer(({url = '/'}, response) => {
    serve(new URL(url, 'http://127.0.0.1').pathname, response, scripts, pages);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const browser = await launchChromium();
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    async open(script, headers = {}) {
      if (!scripts.has(script)) scripts.set(script, await bundle(script));
      const name = `${pages.size}`;
      pages.set(`/page/${name}/${script}`, headers);
      return openPage(browser, `${origin}/page/${name}/${script}`);
    },
    close: () => close(browser, server),
  };
}

function serve(
  pathname: string,
  response: ServerResponse,
  scripts: ReadonlyMap<string, string>,
  pages: ReadonlyMap<string, Headers>,
): void {
  const headers = pages.get(pathname);
  const [, folder, name] = pathname.split('/');
  const answer = (type: string, body: string | Buffer): void => {
    response.setHeader('Content-Type', type);
    for (const [header, value] of Object.entries(headers ?? {})) response.setHeader(header, value);
    response.end(body);
  };
  if (headers) {
    const script = path.posix.basename(pathname);
    answer(
      'text/html',
      `<!doctype html><meta charset="utf-8"><script src="/script/${script}"></script>`,
    );
  } else if (folder === 'script' && scripts.has(name)) {
    answer('text/javascript; charset=utf-8', scripts.get(name)!);
  } else if (folder === 'wasm' && /^[\w-]+\.wasm$/.test(name)) {
    answer('application/wasm', readFileSync(path.join(wasmFolder, 'dist', name)));
  } else {
    response.statusCode = pathname === '/favicon.ico' ? 204 : 404;
    response.end();
  }
}

async function bundle(script: string): Promise<string> {
  const {outputFiles} = await build({
    entryPoints: [path.join(__dirname, script)],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

async function openPage(browser: Browser, url: string): Promise<OpenPage> {
  const page = await browser.newPage();
  const logs: string[] = [];
  page.on('console', message => {
    const isProblem = ['error', 'warning'].includes(message.type());
    if (isProblem && !message.text().includes('GL Driver Message')) logs.push(message.text());
  });
  page.on('pageerror', error => logs.push(String(error)));
  await page.goto(url);
  await page
    .waitForFunction(() => 'suites' in globalThis)
    .catch((error: unknown) => {
      throw new Error(`the page did not start: ${logs.join('\n')}`, {cause: error});
    });
  return {
    page,
    logs,
    run: (name, ...parameters) =>
      page.evaluate(
        ([name, parameters]) =>
          (
            globalThis as unknown as {suites: Record<string, (...all: unknown[]) => unknown>}
          ).suites[name](...parameters),
        [name as string, parameters as unknown[]] as const,
      ) as never,
  };
}

async function close(browser: Browser, server: Server): Promise<void> {
  await browser.close();
  await new Promise(resolve => server.close(resolve));
}
