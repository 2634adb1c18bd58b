import type { JSX } from 'preact';

/** Names of the shapes; each meaning has a shape of its own, so that no colour has to be told apart. */
export type IconName =
  | 'alert'
  | 'hourglass'
  | 'wrench'
  | 'check'
  | 'help'
  | 'person'
  | 'bubble'
  | 'search'
  | 'plan'
  | 'pulse'
  | 'cross'
  | 'flag'
  | 'pause'
  | 'down'
  | 'arrow'
  | 'clock'
  | 'thumb';

const paths: Record<IconName, string> = {
  alert: 'M5.2 1.8h5.6l3.4 3.4v5.6l-3.4 3.4H5.2l-3.4-3.4V5.2zM8 4.9v3.8M8 11v.1',
  hourglass: 'M4 2h8M4 14h8M5 2v2.4L8 8l3-3.6V2M5 14v-2.4L8 8l3 3.6V14',
  wrench:
    'M9.6 6.4 3 13l-1-1 6.6-6.6M9.2 6.8a3 3 0 0 1 3.9-3.9L11.3 4.700l.2 1.300 1.300.2 1.800-1.800a3 3 0 0 1-3.900 3.900',
  check: 'M8 1.800a6.200 6.200 0 1 1 0 12.400A6.200 6.200 0 0 1 8 1.800M5.200 8.200l2 2 3.700-4.200',
  help: 'M8 1.800a6.200 6.200 0 1 1 0 12.400A6.200 6.200 0 0 1 8 1.800M6.200 6.300a1.900 1.900 0 1 1 2.700 1.700c-.6.3-.9.7-.9 1.400M8 11.400v.1',
  person:
    'M8 7.600a2.700 2.700 0 1 0 0-5.400 2.700 2.700 0 0 0 0 5.400M2.800 14c.4-2.800 2.500-4.200 5.200-4.200s4.800 1.400 5.200 4.200',
  bubble: 'M2 3h12v8H7.500L4.300 13.500V11H2z',
  search: 'M7 2.200a4.800 4.800 0 1 1 0 9.600 4.800 4.800 0 0 1 0-9.600M10.500 10.500 14 14',
  plan: 'M4 2.500h8a.8.8 0 0 1 .8.8v10.200H3.200V3.300a.8.8 0 0 1 .8-.8M6 1.700h4v1.800H6zM5.500 6.500h5M5.500 9h5M5.500 11.400h3',
  pulse: 'M1.500 8.500h3l1.700-5 3.200 9.500 1.900-4.500h3.200',
  cross:
    'M8 1.800a6.200 6.200 0 1 1 0 12.400A6.200 6.200 0 0 1 8 1.800M5.700 5.700l4.600 4.600M10.300 5.700l-4.600 4.600',
  flag: 'M4 14V2.300h8l-1.600 3 1.600 3H4',
  pause: 'M8 1.800a6.200 6.200 0 1 1 0 12.400A6.200 6.200 0 0 1 8 1.800M6.300 5.500v5M9.700 5.500v5',
  down: 'M3.500 6 8 10.500 12.500 6',
  arrow: 'M10 3 5 8l5 5',
  clock: 'M8 1.800a6.200 6.200 0 1 1 0 12.400A6.200 6.200 0 0 1 8 1.800M8 4.500V8l2.400 1.600',
  thumb:
    'M5 7v6.500H2.500V7zM5 7.500 7.800 2c1 0 1.700.8 1.500 1.800L8.900 6.300h3.600c.8 0 1.300.7 1.200 1.400l-.8 4.600c-.1.7-.7 1.200-1.400 1.200H5',
};

/** A small drawing beside words; hidden from screen readers, which read the words. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" width={size} height={size} aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
