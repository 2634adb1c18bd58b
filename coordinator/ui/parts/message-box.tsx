import type { JSX, TargetedKeyboardEvent } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { MessageAnswer } from '@pathmedic/shared/contract/console-requests.ts';
import { conversationCommands } from '@pathmedic/shared/contract/conversation-command.ts';
import { request } from '../live/api.ts';
import { goToLogin } from '../live/session.ts';
import { Icon } from './icon.tsx';

const maxSuggestions = 7;
/** What is asked most, within reach of a thumb. */
const offered = ['why', 'evidence', 'logs', 'recheck', 'take over'];

/** Where people write: to each other, or one of the few commands, which are offered while they type. */
export function MessageBox(props: {
  incidentId: string;
  closed: boolean;
  /** Commands with the objects they fit now. */
  completions: readonly string[];
}): JSX.Element {
  const { incidentId, closed, completions } = props;
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(-1);
  const [hidden, setHidden] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const suggestions = hidden ? [] : suggest(text, completions);
  const open = suggestions.length > 0;

  function write(next: string): void {
    setText(next);
    setChosen(-1);
    setHidden(false);
  }

  function complete(command: string): void {
    const more = takesMore(command);
    setText(more ? `${command} ` : command);
    setChosen(-1);
    setHidden(!more);
    field.current?.focus();
  }

  async function send(): Promise<void> {
    if (text.trim() === '' || busy) return;
    setBusy(true);
    const path = `/v1/incidents/${encodeURIComponent(incidentId)}/messages`;
    const answer = await request<MessageAnswer>('POST', path, { text });
    setBusy(false);
    if (answer.ok) write('');
    else if (answer.status === 401) goToLogin();
    // The text stays: nothing that somebody wrote is lost to a bad line.
    setTrouble(answer.ok ? null : `Not sent: ${answer.words}`);
  }

  function onKeyDown(event: TargetedKeyboardEvent<HTMLTextAreaElement>): void {
    const step = meaningOf(event, suggestions.length, chosen);
    if (step.does === 'type') return;
    if (step.does !== 'hide') event.preventDefault();
    switch (step.does) {
      case 'hide':
        setHidden(true);
        return;
      case 'choose':
        setChosen(step.index);
        return;
      case 'complete':
        complete(suggestions[step.index]?.command ?? text);
        return;
      case 'send':
        void send();
    }
  }

  return (
    <form
      class="message-box"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {open && (
        <ul class="suggestions" id="suggestions" role="listbox" aria-label="Commands">
          {suggestions.map(({ command, takes, does }, i) => (
            <li
              key={command}
              id={`suggestion-${i}`}
              role="option"
              tabIndex={-1}
              aria-selected={i === chosen}
              onMouseDown={(event) => {
                event.preventDefault();
                complete(command);
              }}
            >
              <code>
                {command}
                {takes !== '' && ` ${takes}`}
              </code>{' '}
              <span class="dim">{does}</span>
            </li>
          ))}
        </ul>
      )}
      {trouble !== null && (
        <p class="trouble" role="alert">
          <Icon name="alert" size={14} /> {trouble}
        </p>
      )}
      {!closed && (
        <div class="chips">
          {offered.map((command) => (
            <button key={command} type="button" class="chip" onClick={() => complete(command)}>
              {command}
            </button>
          ))}
        </div>
      )}
      <div class="message-row">
        <textarea
          ref={field}
          rows={text.includes('\n') ? 4 : 1}
          maxLength={4000}
          value={text}
          placeholder={closed ? 'Add a note' : 'Write to the others, or ask'}
          aria-label="Message"
          aria-autocomplete="list"
          aria-controls="suggestions"
          aria-activedescendant={chosen >= 0 ? `suggestion-${chosen}` : undefined}
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onBlur={() => setHidden(true)}
          onFocus={() => setHidden(false)}
        />
        <button type="submit" class="button primary" disabled={busy || text.trim() === ''}>
          Send
        </button>
      </div>
    </form>
  );
}

type KeyMeaning = { does: 'type' | 'hide' | 'send' } | { does: 'choose' | 'complete'; index: number };

/** What a key means while `offered` commands are shown and `chosen` (-1: none) is marked. */
function meaningOf(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'isComposing'>,
  offered: number,
  chosen: number,
): KeyMeaning {
  const { key, shiftKey, isComposing } = event;
  if (isComposing) return { does: 'type' };
  if (key === 'Escape') return { does: 'hide' };
  if (key === 'Enter' && !shiftKey)
    return chosen >= 0 && offered > 0 ? { does: 'complete', index: chosen } : { does: 'send' };
  if (offered === 0) return { does: 'type' };
  if (key === 'ArrowDown') return { does: 'choose', index: (chosen + 1) % offered };
  if (key === 'ArrowUp') return { does: 'choose', index: (Math.max(chosen, 0) - 1 + offered) % offered };
  if (key === 'Tab' && !shiftKey) return { does: 'complete', index: Math.max(chosen, 0) };
  return { does: 'type' };
}

interface Suggestion {
  command: string;
  /** What is still to be typed after it. */
  takes: string;
  does: string;
}

/** Whether a command wants an object after it. */
function takesMore(command: string): boolean {
  return conversationCommands.some((known) => known.command === command && known.takes !== '');
}

/** What the text could become; nothing for a text that is none of it, or whole already. */
function suggest(text: string, completions: readonly string[]): readonly Suggestion[] {
  const typed = text.trimStart().replace(/^\//, '').toLowerCase();
  const all = text.trim() === '/' || text.trim() === '?';
  if (typed === '' && !all) return [];
  const plain = conversationCommands.filter(
    ({ command }) => all || (command.startsWith(typed) && command !== typed),
  );
  const objects = /^(?:logs|propose) /.test(typed)
    ? completions.filter((whole) => fits(whole, typed) && whole !== typed)
    : [];
  return [...plain, ...objects.map((command) => ({ command, takes: '', does: '' }))].slice(0, maxSuggestions);
}

/** The object may be typed by any part of its name. */
function fits(whole: string, typed: string): boolean {
  const [command = '', ...words] = typed.split(' ');
  const rest = whole.slice(command.length + 1);
  return whole.startsWith(`${command} `) && words.every((word) => rest.includes(word));
}
