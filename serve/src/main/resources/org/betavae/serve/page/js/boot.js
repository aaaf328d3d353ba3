// A plain script, which a page that is opened as a file still runs: modules are refused there.
(function () {
  'use strict';
  function show(title, detail) {
    var notice = document.createElement('div');
    var text = document.createElement('div');
    var strong = document.createElement('strong');
    var p = document.createElement('p');
    notice.className = 'notice error';
    strong.textContent = title;
    p.textContent = detail;
    text.append(strong, p);
    notice.append(text);
    document.getElementById('notices').append(notice);
    document.getElementById('title').textContent = 'betavae';
  }
  document.addEventListener('DOMContentLoaded', function () {
    if (location.protocol === 'file:') {
      show(
        'This page was opened as a file, and browsers load no modules and no models from files.',
        'Serve its folder with any web server and open it through that, for example: ' +
          'python3 -m http.server 8000 --bind 127.0.0.1 in the folder, then http://127.0.0.1:8000/'
      );
    } else if (!('noModule' in HTMLScriptElement.prototype)) {
      show('This browser is too old for the page.', 'Use one of the last three years: Chrome, Edge, Firefox or Safari.');
    }
  });
})();
