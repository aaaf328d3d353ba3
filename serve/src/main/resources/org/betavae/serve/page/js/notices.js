import { make } from './sliders.js';
import { PageError } from './errors.js';

const root = document.getElementById('notices');

/**
 * Shows an error above everything else; one with the same title is replaced.
 *
 * @param {{label: string, run: () => void}[]} actions what can be done about it, as buttons
 */
export function showError(thrown, actions = []) {
  const error = PageError.of(thrown);
  clearErrors(error.title);
  const notice = box(error);
  if (error.kind === 'token') notice.append(tokenForm(actions));
  else notice.append(...actions.map((action) => button(action, notice)));
  notice.append(dismissal(notice));
  root.append(notice);
  if (error.kind === 'token') notice.querySelector('input').focus(); // nothing else can be done
  return notice;
}

/** Takes errors away: those with a title, or all. */
export function clearErrors(title = null) {
  root.querySelectorAll('.notice').forEach((n) => {
    if (title === null || n.dataset.title === title) n.remove();
  });
}

function box(error) {
  const notice = make('div', { className: 'notice error' });
  notice.dataset.title = error.title;
  const text = make('div');
  text.append(make('strong', { textContent: error.title }));
  if (error.detail) text.append(make('p', { textContent: error.detail }));
  notice.append(text);
  return notice;
}

function button(action, notice) {
  return make('button', {
    type: 'button',
    textContent: action.label,
    onclick: () => {
      notice.remove();
      action.run();
    },
  });
}

function dismissal(notice) {
  const close = make('button', { type: 'button', className: 'close', textContent: '\u00d7', onclick: () => notice.remove() });
  close.setAttribute('aria-label', 'Dismiss');
  return close;
}

/** Asks for a token; the first action takes it. */
function tokenForm(actions) {
  const form = make('form', { className: 'token' });
  const label = make('label');
  const input = make('input', { type: 'password', name: 'token', required: true, autocomplete: 'off' });
  label.append(make('span', { textContent: 'Token' }), input);
  form.append(label, make('button', { type: 'submit', textContent: 'Use it' }));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    form.closest('.notice').remove();
    actions[0]?.run(input.value.trim());
  });
  return form;
}
