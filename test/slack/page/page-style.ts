/** The page's style sheet: Slack's proportions, own colours, light and dark. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --bg: #fff; --fg: #1d1c1d; --soft: #616061; --line: #e3e3e5; --hover: #f8f8f8; --raise: #fff;
  --link: #1264a3; --code: #c01343; --code-bg: #f4f4f5; --mention-bg: #e8f2fb; --only-bg: #f6f4ef;
  --primary: #007a5a; --danger: #c9173f; --head: #3b2747; --head-fg: #fff; --accent: #5b3a6e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #1a1d21; --fg: #e3e4e6; --soft: #a5a7aa; --line: #35373b; --hover: #202327; --raise: #24272c;
    --link: #5bb0ef; --code: #f0859d; --code-bg: #25282d; --mention-bg: #1d3550; --only-bg: #26241f;
    --primary: #148567; --danger: #dd3d5f; --head: #241a2b; --accent: #a583bb;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100dvh; display: flex; flex-direction: column; background: var(--bg); color: var(--fg);
  font: 15px/1.46 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Color Emoji', sans-serif;
}
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
header {
  position: sticky; top: 0; z-index: 2; background: var(--head); color: var(--head-fg);
  padding: 10px max(16px, calc(50vw - 384px)); display: flex; gap: 6px 16px; align-items: center; flex-wrap: wrap;
}
header h1 { font-size: 17px; margin: 0; font-weight: 700; } header h1::before { content: '# '; opacity: .6; }
header nav { display: flex; gap: 12px; } header nav a { color: inherit; opacity: .75; }
header .about { font-size: 12.5px; opacity: .8; flex: 1 1 200px; }
header label { font-size: 13px; display: flex; gap: 6px; align-items: center; }
select, textarea { font: inherit; color: var(--fg); background: var(--raise); border: 1px solid var(--line); border-radius: 6px; padding: 4px 8px; }
main { flex: 1; width: 100%; max-width: 800px; margin: 0 auto; padding: 12px 16px 24px; }
.empty { color: var(--soft); text-align: center; padding: 15vh 0; }
.conversation { border-bottom: 1px solid var(--line); padding-bottom: 10px; margin-bottom: 10px; }
.message { display: flex; gap: 10px; padding: 8px; border-radius: 8px; scroll-margin: 80px 0; }
.message:hover { background: var(--hover); }
.message:target { background: var(--mention-bg); }
.content { flex: 1; min-width: 0; overflow-wrap: anywhere; }
.avatar {
  flex: none; width: 36px; height: 36px; border-radius: 8px; display: grid; place-items: center; font-weight: 700;
  color: #fff; background: hsl(var(--hue, 200) 45% 42%);
}
.avatar.app { background: var(--accent); }
.avatar svg { width: 24px; fill: none; stroke: #fff; stroke-width: 2.2; stroke-linecap: round; stroke-linejoin: round; }
.byline { display: flex; gap: 6px; align-items: baseline; flex-wrap: wrap; }
.badge { font-size: 10px; font-weight: 700; color: var(--soft); background: var(--code-bg); border-radius: 3px; padding: 1px 4px; align-self: center; }
.permalink, .edited { color: var(--soft); font-size: 12px; }
.text, .rich-text p { margin: 2px 0; } .rich-text ul, .rich-text ol { margin: 2px 0; padding-left: 26px; }
.indent-1 { margin-left: 24px !important; } .indent-2 { margin-left: 48px !important; }
.header { font-size: 18px; line-height: 1.33; font-weight: 800; margin: 6px 0 4px; }
.section { display: flex; gap: 12px; align-items: flex-start; margin: 4px 0; } .section-body { flex: 1; min-width: 0; }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 6px 16px; margin: 4px 0; }
.context { display: flex; flex-wrap: wrap; gap: 2px 8px; color: var(--soft); font-size: 12.5px; margin: 4px 0; }
.image { color: var(--soft); border: 1px dashed var(--line); border-radius: 4px; padding: 0 6px; }
hr { border: 0; border-top: 1px solid var(--line); margin: 10px 0; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0 4px; }
.button, dialog button, .composer button {
  font: inherit; font-size: 13.5px; font-weight: 700; line-height: 1.2; color: var(--fg); background: var(--raise); cursor: pointer;
  border: 1px solid color-mix(in srgb, var(--fg) 28%, transparent); border-radius: 6px; padding: 8px 13px; min-height: 36px;
  display: inline-flex; align-items: center;
}
.button:hover, dialog button:hover { background: var(--hover); text-decoration: none; }
.button.primary, dialog .primary, .composer button { background: var(--primary); border-color: var(--primary); color: #fff; }
.button.danger { color: var(--danger); border-color: var(--danger); }
dialog .danger { background: var(--danger); border-color: var(--danger); color: #fff; }
.button.busy { opacity: .55; pointer-events: none; }
.button:focus-visible, select:focus-visible, textarea:focus-visible, button:focus-visible { outline: 3px solid #4c9fe0; outline-offset: 1px; }
code, pre { font: 12.5px/1.5 ui-monospace, 'SF Mono', Menlo, 'Noto Sans Mono', monospace; }
code { color: var(--code); background: var(--code-bg); border: 1px solid var(--line); border-radius: 3px; padding: 1px 3px; }
pre { background: var(--code-bg); border: 1px solid var(--line); border-radius: 5px; padding: 8px 10px; margin: 4px 0; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
blockquote { margin: 4px 0; padding-left: 12px; border-left: 4px solid var(--line); }
.mention { color: var(--link); background: var(--mention-bg); border-radius: 3px; padding: 0 2px; }

.pictograph { display: inline-grid; place-items: center; width: 1em; height: 1em; vertical-align: -.12em; color: #fff; }
.pictograph i { font: 800 .62em/1 system-ui, sans-serif; }
.pictograph.dot { border-radius: 50%; } .pictograph.box { border-radius: 3px; }
.pictograph.wide { width: 1.9em; }
.pictograph.red { background: #d92c3f; } .pictograph.orange { background: #f08a24; } .pictograph.yellow { background: #e9be22; }
.pictograph.green { background: #1f9d55; } .pictograph.blue { background: #2f7fd6; } .pictograph.amber { background: #b97a00; }
.pictograph.white { background: #fff; border: 1px solid #999; }
.thread { margin-left: 24px; padding-left: 12px; border-left: 2px solid var(--line); }
.thread .avatar { width: 28px; height: 28px; border-radius: 6px; font-size: 13px; } .thread .avatar svg { width: 18px; }
.count { color: var(--soft); font-size: 12.5px; padding: 2px 8px; }
.reply { font: inherit; font-size: 12.5px; color: var(--link); background: none; border: 0; padding: 6px 8px; cursor: pointer; }
.ephemeral { background: var(--only-bg); margin: 4px 0; } .only-you { color: var(--soft); font-size: 12px; }
.composer { position: sticky; bottom: 0; background: var(--bg); border-top: 1px solid var(--line); padding: 10px max(16px, calc(50vw - 384px)); }
.composer form { display: flex; gap: 8px; align-items: flex-end; } .composer textarea { flex: 1; min-height: 38px; resize: vertical; }
.composer .target { font-size: 12.5px; color: var(--soft); margin-bottom: 4px; } .composer .target button { all: unset; color: var(--link); cursor: pointer; min-height: 0; }
dialog { border: 0; border-radius: 10px; padding: 20px; width: min(440px, calc(100vw - 32px)); color: var(--fg); background: var(--raise); box-shadow: 0 12px 48px #0006; }
dialog::backdrop { background: #0008; } dialog h2 { margin: 0 0 8px; font-size: 19px; } dialog p { margin: 0 0 18px; white-space: pre-wrap; overflow-wrap: anywhere; }
dialog form { display: flex; gap: 10px; justify-content: flex-end; flex-wrap: wrap; }
#toast { position: fixed; left: 50%; bottom: 84px; translate: -50% 0; background: var(--danger); color: #fff; padding: 9px 16px; border-radius: 8px; max-width: calc(100vw - 32px); z-index: 3; }
#toast:empty { display: none; }
@media (max-width: 560px) {
  main { padding: 8px 6px 20px; } .fields { grid-template-columns: 1fr; } .thread { margin-left: 8px; padding-left: 4px; }
  header { padding: 8px 12px; } header .about { flex-basis: 100%; order: 3; } .section { flex-wrap: wrap; } .message { padding: 8px 6px; }
  .actions .button { flex: 1 1 auto; justify-content: center; min-height: 42px; }
}
`;
