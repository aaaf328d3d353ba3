/** What the page tells a person when something cannot be done. */
export class PageError extends Error {
  /**
   * @param {string} title what failed, one sentence
   * @param {string} detail the value, what was expected, what to do
   * @param {'error'|'token'|'gone'|'busy'} kind what the page can offer besides the words
   */
  constructor(title, detail = '', kind = 'error') {
    super(title);
    this.title = title;
    this.detail = detail;
    this.kind = kind;
  }

  /** The same words for anything that is thrown. */
  static of(thrown) {
    return thrown instanceof PageError
      ? thrown
      : new PageError('Something went wrong.', String(thrown?.message ?? thrown));
  }
}
