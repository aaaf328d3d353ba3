import { PageError } from './errors.js';

/** Models whose files lie beside the page. */
export class StaticModel {
  #models;

  /**
   * @param {{models: {name: string, folder: string, encoder?: boolean, decoder?: boolean,
   *     encoder_data?: string[], decoder_data?: string[], names?: object}[]}} config
   */
  constructor({ models }) {
    this.#models = models;
  }

  /** Names of the inputs and outputs where they were given when the page was written. */
  names = undefined;

  async describe(name) {
    const model = this.#find(name);
    this.names = model.names;
    const answer = await this.#fetch(model, 'model.json');
    let json;
    try {
      json = await answer.json();
    } catch (e) {
      throw new PageError('The description of the model cannot be read.', `${model.folder}model.json: ${e.message}. Copy the page's folder again.`);
    }
    return {
      ...json,
      name: model.name,
      models: this.#models.map((m) => m.name),
      has_encoder: model.encoder !== false,
      has_decoder: model.decoder !== false,
    };
  }

  /** The bytes of `encoder` or `decoder`, and of the files that hold their larger weights. */
  async weights(role, name) {
    const model = this.#find(name);
    const [bytes, ...data] = await Promise.all(
      [`${role}.onnx`, ...(model[`${role}_data`] ?? [])].map(async (file) => {
        const answer = await this.#fetch(model, file);
        return { path: file, data: new Uint8Array(await answer.arrayBuffer()) };
      })
    );
    return { bytes: bytes.data, data };
  }

  #find(name) {
    return this.#models.find((m) => m.name === name) ?? this.#models[0];
  }

  async #fetch(model, file) {
    const url = new URL(model.folder + file, document.baseURI);
    let answer;
    try {
      answer = await fetch(url, { cache: 'no-cache' });
    } catch (e) {
      throw new PageError('The web server does not answer.', `Expected ${url.href}. Check that it still runs, then try again.`, 'gone');
    }
    if (!answer.ok) {
      throw new PageError(
        `The model's ${file} is missing.`,
        `${url.pathname} is answered with ${answer.status}, expected 200. Copy the folder that betavae page wrote as a whole.`
      );
    }
    return answer;
  }
}
