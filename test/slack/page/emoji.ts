/** The shortcodes an incident channel uses; others stay as they are written. */
const emojis: Readonly<Record<string, string>> = {
  red_circle: '🔴',
  large_orange_circle: '🟠',
  orange_circle: '🟠',
  large_yellow_circle: '🟡',
  large_green_circle: '🟢',
  large_blue_circle: '🔵',
  white_circle: '⚪',
  white_check_mark: '✅',
  heavy_check_mark: '✔️',
  x: '❌',
  sos: '🆘',
  warning: '⚠️',
  rotating_light: '🚨',
  hourglass_flowing_sand: '⏳',
  hourglass: '⌛',
  mag: '🔍',
  wrench: '🔧',
  hammer_and_wrench: '🛠️',
  lock: '🔒',
  no_entry: '⛔',
  eyes: '👀',
  bulb: '💡',
  bell: '🔔',
  information_source: 'ℹ️',
  arrow_right: '➡️',
  link: '🔗',
  memo: '📝',
  thumbsup: '👍',
  tada: '🎉',
};

/** The character of a shortcode, or the shortcode with its colons. */
export function emoji(name: string): string {
  return emojis[name] ?? `:${name}:`;
}

/** Replaces shortcodes in a plain text. */
export function withEmoji(text: string): string {
  return text.replaceAll(/:([a-z0-9_+-]+):/g, (_whole, name: string) => emoji(name));
}
