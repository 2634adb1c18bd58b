import { defineConfig, type OxlintOverride } from 'oxlint';

/** What each folder of coordinator/src may import of the others. Imports point one way; app.ts and main.ts wire. */
const LAYERS: Record<string, readonly string[]> = {
  domain: [],
  facts: ['domain'],
  netpol: ['domain', 'facts'],
  actions: ['domain', 'facts', 'netpol'],
  runbooks: ['domain', 'facts', 'netpol', 'actions'],
  messages: ['domain', 'facts', 'actions', 'runbooks'],
  ports: ['domain', 'facts'],
  sensing: ['domain', 'facts', 'ports'],
  pipeline: ['domain', 'facts', 'netpol', 'runbooks', 'actions', 'messages', 'ports', 'sensing'],
  adapters: ['domain', 'facts', 'ports'],
  auth: ['domain', 'ports'],
  http: ['domain', 'ports', 'messages', 'auth', 'sensing', 'pipeline'],
  telemetry: ['domain', 'facts', 'ports', 'sensing', 'pipeline'],
  cli: [
    'domain',
    'facts',
    'netpol',
    'actions',
    'runbooks',
    'messages',
    'ports',
    'sensing',
    'pipeline',
    'adapters',
    'auth',
    'http',
    'telemetry',
  ],
};
const TYPES_ONLY: Record<string, readonly string[]> = { messages: ['actions', 'runbooks'] };
const PURE = ['domain', 'facts', 'netpol', 'actions', 'runbooks', 'messages'];

/** One `no-restricted-imports` pattern. A later override replaces the rule of an earlier one, so every
 * override below lists everything that holds for its files. */
interface Ban {
  readonly regex?: string;
  readonly group?: string[];
  readonly allowTypeImports?: boolean;
  readonly message: string;
}

const UP = '^(\\./)?(\\.\\./)+(src/)?';
const PURE_RULES: NonNullable<OxlintOverride['rules']> = {
  'no-restricted-globals': [
    'error',
    ...['fetch', 'process', 'performance', 'setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
      name,
      message: 'Pure: no clock, input or output here; pass it in.',
    })),
  ],
  'no-restricted-properties': [
    'error',
    ...['Date.now', 'Math.random', 'crypto.randomUUID', 'crypto.getRandomValues'].map(bannedProperty),
  ],
};

function bannedProperty(path: string) {
  const [object = '', property = ''] = path.split('.');
  return { object, property, message: 'Pure: pass time and randomness in.' };
}

/** Only what is named may be imported by package name; relative imports are other bans' business. */
function onlyPackages(message: string, ...allowed: string[]): Ban {
  const relative = ['!.', '!..', '!./**', '!../**'];
  // gitignore rules: a path is let in again only if each folder above it is.
  const names = allowed.flatMap((name) =>
    name.split('/').map((_, i, parts) => '!' + parts.slice(0, i + 1).join('/')),
  );
  return { group: ['*', ...relative, ...names], message };
}

function bansOfPackage(name: 'coordinator' | 'probe-agent' | 'shared'): Ban[] {
  // Not all of test: a package may have test support of its own.
  const others = ['coordinator', 'probe-agent', 'shared', 'deploy', 'test/(sim|slack|demo|lab|e2e|fixtures)'];
  const services = ['coordinator', 'probe-agent'].filter((service) => service !== name);
  return [
    { regex: `^(\\./)?(\\.\\./)+(${others.join('|')})/`, message: 'Import another package by its name.' },
    { regex: `^@pathmedic/(${name}|test)(/|$)`, message: 'Its own files by relative path; tests never.' },
    { regex: `^@pathmedic/(${services.join('|')})(/|$)`, message: 'Services share only @pathmedic/shared.' },
  ];
}

const CLIENTS: Ban = {
  regex: '^(ioredis|bullmq|@kubernetes/client-node|@slack/[^/]+)(/|$)',
  message: 'Only coordinator/src/adapters talks to Redis, BullMQ, Kubernetes and Slack.',
};
const IO: Ban = {
  regex:
    '^(node:)?(fs|net|http|https|http2|tls|dgram|dns|child_process|worker_threads|cluster|timers|os|process|readline)(/|$)' +
    '|^(fastify|pino|prom-client|@fastify/[^/]+|@pathmedic/shared/runtime)(/|$)',
  message: 'Pure: no clock, input or output here; pass it in.',
};

function bansOfLayer(layer: string, allowed: readonly string[]): Ban[] {
  const typesOnly = TYPES_ONLY[layer] ?? [];
  const others = Object.keys(LAYERS).filter((other) => other !== layer && !allowed.includes(other));
  const bans: Ban[] = [
    {
      regex: `${UP}((${others.join('|')})/|(app|main)\\.ts$)`,
      message: `Layers: ${layer} imports only itself${allowed.map((name) => `, ${name}`).join('')}.`,
    },
    ...bansOfPackage('coordinator'),
  ];
  if (layer !== 'adapters') bans.push(CLIENTS);
  if (PURE.includes(layer)) bans.push(IO);
  if (typesOnly.length > 0) {
    bans.push({
      regex: `${UP}(${typesOnly.join('|')})/`,
      allowTypeImports: true,
      message: `Layers: ${layer} imports only types of ${typesOnly.join(' and ')}.`,
    });
  }
  if (layer === 'pipeline') {
    bans.push({ regex: `${UP}sensing/(ingest|detect)`, message: 'Layers: only the pure parts of sensing.' });
  }
  if (layer === 'domain') {
    const message = 'Layers: domain imports only itself, shared/contract and zod.';
    bans.push(
      onlyPackages(message, 'zod', 'node:crypto', '@pathmedic/shared/contract/**', 'vitest', 'fast-check'),
    );
  }
  return bans;
}

function restrict(
  files: string[],
  bans: Ban[],
  rules: NonNullable<OxlintOverride['rules']> = {},
): OxlintOverride {
  return { files, rules: { 'no-restricted-imports': ['error', { patterns: bans }], ...rules } };
}

const CONTRACT = 'Layers: the contract imports only itself and zod.';
const CONSOLE = 'Layers: the console imports only shared/contract and preact.';

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error' },
  ignorePatterns: ['**/dist/**', '**/fixtures/**', '**/.turbo/**', '**/.test-output/**'],
  rules: {
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/only-throw-error': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/restrict-template-expressions': [
      'error',
      { allowNumber: true, allowBoolean: true, allowNever: true, allowNullish: false, allowRegExp: false },
    ],
    'vitest/expect-expect': [
      'error',
      { assertFunctionNames: ['expect', 'expect*', 'fc.assert', '**.until', 'until*', 'eventually'] },
    ],
    'import/no-cycle': 'error',
    'unicorn/prefer-node-protocol': 'error',
    'no-unused-vars': [
      'error',
      {
        argsIgnorePattern: '^_',
        varsIgnorePattern: '^_',
        caughtErrors: 'all',
        caughtErrorsIgnorePattern: '^_',
      },
    ],
    // An exhaustive switch counts once: it is how a union is told apart here.
    complexity: ['error', { max: 14, variant: 'modified' }],
    'max-lines': ['warn', { max: 300, skipBlankLines: true, skipComments: true }],
    // The compiler sees these better, or they are a matter of taste.
    'typescript/consistent-return': 'off',
    'promise/always-return': 'off',
    'import/no-unassigned-import': 'off',
    'import/no-named-as-default-member': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'no-underscore-dangle': 'off',
    // Text from a cluster is cleaned of control characters, and that takes naming them.
    'no-control-regex': 'off',
    // A copy is taken before what is gone through changes; a metric registers itself when it is made.
    'unicorn/no-useless-spread': 'off',
    'no-new': 'off',
    // They take methods of plain objects, and of Slack's client, for something else.
    'typescript/unbound-method': 'off',
    'unicorn/require-post-message-target-origin': 'off',
    'no-shadow': 'off',
    // About Express, whose routers lose rejections; fastify handles them.
    'oxc/no-async-endpoint-handlers': 'off',
  },
  overrides: [
    { files: ['{coordinator,probe-agent,shared}/src/**'], rules: { 'no-console': 'error' } },
    restrict(['shared/src/runtime/**'], bansOfPackage('shared').concat(CLIENTS)),
    restrict(
      ['shared/src/contract/**'],
      [
        { regex: `${UP}runtime/`, message: CONTRACT },
        onlyPackages(CONTRACT, 'zod', 'vitest', 'fast-check'),
        ...bansOfPackage('shared'),
      ],
      PURE_RULES,
    ),
    restrict(['probe-agent/src/**'], [...bansOfPackage('probe-agent'), CLIENTS]),
    restrict(
      ['probe-agent/src/probes/**'],
      [
        ...bansOfPackage('probe-agent'),
        CLIENTS,
        {
          regex: `${UP}((schedule|host|plan|report|telemetry|coordinator-client)/|(app|main)\\.ts$)|^prom-client$`,
          message: 'Layers: a prober only probes; it knows no schedule, report or metric.',
        },
      ],
    ),
    restrict(['coordinator/src/**'], [...bansOfPackage('coordinator'), CLIENTS]),
    ...Object.entries(LAYERS).map(([layer, allowed]) =>
      restrict(
        [`coordinator/src/${layer}/**`],
        bansOfLayer(layer, allowed),
        PURE.includes(layer) ? PURE_RULES : {},
      ),
    ),
    {
      files: ['coordinator/ui/**'],
      plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'vitest', 'jsx-a11y'],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            patterns: [
              {
                regex: '^(\\./)?(\\.\\./)+(src|coordinator|shared|probe-agent|test|deploy)/',
                message: CONSOLE,
              },
              onlyPackages(CONSOLE, 'preact/**', 'uplot/**', '@pathmedic/shared/contract/**', 'vitest'),
            ],
          },
        ],
      },
    },
    restrict(
      ['test/**', 'deploy/**'],
      [
        {
          regex: '^(\\./)?(\\.\\./)+(coordinator|probe-agent|shared)/src/',
          message: 'Import another package by its name.',
        },
      ],
    ),
    {
      files: ['**/*.test.{ts,tsx}', 'test/**'],
      rules: {
        'max-lines': 'off',
        'no-restricted-globals': 'off',
        'no-restricted-properties': 'off',
        // Tests build broken and partial values on purpose.
        'typescript/no-unsafe-type-assertion': 'off',
        'typescript/no-base-to-string': 'off',
        // A property test branches on what was generated.
        'vitest/no-conditional-expect': 'off',
        'typescript/restrict-template-expressions': 'off',
      },
    },
  ],
});
