/**
 * Slack's limits as its reference documents state them, plus two that only its answers reveal
 * (`blocksSizeBytes`, `postTextCharacters`: documented as truncation, refused here so that nobody
 * relies on losing the end of a message).
 */
export const limits = {
  blocksPerMessage: 50,
  /** Undocumented; `msg_blocks_too_long` was observed from about 13.2 kB of JSON. */
  blocksSizeBytes: 13_200,
  blockIdCharacters: 255,
  actionIdCharacters: 255,
  textObjectCharacters: 3000,
  sectionTextCharacters: 3000,
  sectionFields: 10,
  sectionFieldCharacters: 2000,
  headerCharacters: 150,
  contextElements: 10,
  actionsElements: 25,
  buttonTextCharacters: 75,
  buttonValueCharacters: 2000,
  urlCharacters: 3000,
  accessibilityLabelCharacters: 75,
  imageAltCharacters: 2000,
  confirmTitleCharacters: 100,
  confirmTextCharacters: 300,
  confirmButtonCharacters: 30,
  postTextCharacters: 40_000,
  updateTextCharacters: 4000,
  metadataSizeBytes: 16 * 1024,
  pageSize: 999,
  socketConnections: 10,
  acknowledgeWithinMs: 3000,
  socketTicketValidMs: 30_000,
  responseUrlUses: 5,
  responseUrlValidMs: 30 * 60_000,
  requestSizeBytes: 1024 * 1024,
} as const;
