/** Runs a task for the newest request alone: what comes while it runs replaces what waits. */
export class Latest {
  #task;
  #onError;
  #running = false;
  #waiting = null;

  constructor(task, onError) {
    this.#task = task;
    this.#onError = onError;
  }

  request(...args) {
    this.#waiting = args;
    if (!this.#running) this.#run();
  }

  /** Whether nothing runs or waits. */
  get idle() {
    return !this.#running;
  }

  async #run() {
    this.#running = true;
    try {
      while (this.#waiting) {
        const args = this.#waiting;
        this.#waiting = null;
        await this.#task(...args);
      }
    } catch (e) {
      this.#waiting = null;
      this.#onError(e);
    } finally {
      this.#running = false;
    }
  }
}
