import { PageError } from './errors.js';

// The same rules as the Java library's: names without case, signs, folders and a number behind a colon.
const MEAN = /^(.*mean|.*mu|z?loc)$/;
const LOG_VAR = /^.*log(var|variance|sigma2|sigmasq|sigmasquared)$/;
const NEITHER = /^(.*(std|stddev|sigma|var|variance|scale)|z|.*(sample|samples|code|label))$/;
const LOGITS = /^.*logits?$/;
const IMAGES = /^(x|xhat|xmean|mean|x?recon.*|decoded|generated|.*images?|prob(s|abilities)?|outputs?|output0)$/;

function plain(name) {
  const last = name.slice(name.lastIndexOf('/') + 1);
  const colon = last.indexOf(':');
  return (colon > 0 ? last.slice(0, colon) : last).toLowerCase().replace(/[^a-z0-9]/g, '');
}

function only(list) {
  return list.length === 1 ? list[0] : null;
}

function byName(outputs, name) {
  const found = outputs.find((o) => o.name === name);
  if (!found) {
    throw new PageError(
      `The model has no output '${name}'.`,
      `It has ${listed(outputs)}. Name one of these when the page is written.`
    );
  }
  return found;
}

function listed(outputs) {
  return outputs.map((o) => `${o.name} [${o.dims.join(', ')}]`).join(', ');
}

function unique(candidates, exact, usual, taken) {
  const others = candidates.filter((c) => c !== taken);
  return only(others.filter((c) => plain(c.name) === exact)) ?? only(others.filter((c) => usual.test(plain(c.name))));
}

export function isLogits(name) {
  return LOGITS.test(plain(name));
}

/** The name of a file's input. */
export function input(names, given, what) {
  if (given && names.includes(given)) return given;
  if (names.length !== 1) {
    throw new PageError(
      `The ${what} has ${names.length} inputs (${names.join(', ')}).`,
      'Expected one. Export the part of the model that starts at one input.'
    );
  }
  return names[0];
}

/** The mean and the log-variance among an encoder's outputs. */
export function latents(outputs, names, count) {
  const candidates = outputs.filter((o) => o.size === count);
  const mean = names.mean ? byName(outputs, names.mean) : null;
  const logVar = names.log_var ? byName(outputs, names.log_var) : null;
  const firstMean = mean ?? unique(candidates, 'mean', MEAN, logVar);
  const firstLogVar = logVar ?? unique(candidates, 'logvar', LOG_VAR, firstMean);
  const other = (known) =>
    known && candidates.length === 2
      ? candidates.find((c) => c !== known && !NEITHER.test(plain(c.name)) && !MEAN.test(plain(c.name)))
      : null;
  const found = [firstMean ?? other(firstLogVar), firstLogVar ?? other(firstMean)];
  if (!found[0] || !found[1]) {
    throw new PageError(
      "Mean and log-variance cannot be told apart among the encoder's outputs.",
      `They are ${listed(outputs)}, expected two of shape [N, ${count}]. Name them with --mean and --log-var.`
    );
  }
  return found;
}

/** The images among a decoder's outputs; a mean is preferred to logits. */
export function images(outputs, names, size) {
  if (names.output) return byName(outputs, names.output);
  const candidates = outputs.filter((o) => o.size === size);
  const found =
    only(candidates) ??
    only(candidates.filter((o) => !isLogits(o.name))) ??
    unique(candidates, 'x', IMAGES, null);
  if (!found) {
    throw new PageError(
      "The images cannot be told among the decoder's outputs.",
      `They are ${listed(outputs)}, expected one of ${size} values an image. Name it with --output.`
    );
  }
  return found;
}
