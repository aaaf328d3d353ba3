const byId = (id) => document.getElementById(id);

/** Listens for files that are dropped anywhere, pasted, or chosen. */
export function onPictures(open, onError) {
  const take = (file) => file && open(file).catch(onError);
  byId('choose').onclick = () => byId('file').click();
  byId('file').onchange = () => {
    take(byId('file').files[0]);
    byId('file').value = '';
  };
  addEventListener('paste', (event) => {
    const file = event.clipboardData?.files[0];
    if (file) {
      event.preventDefault();
      take(file);
    }
  });
  dropping(take);
}

function dropping(take) {
  let depth = 0;
  const show = (over) => {
    depth = over ? depth : 0;
    byId('veil').hidden = !over;
  };
  const hasFiles = (event) => event.dataTransfer?.types.includes('Files');
  addEventListener('dragenter', (event) => {
    if (hasFiles(event)) {
      depth++;
      show(true);
    }
  });
  addEventListener('dragleave', () => {
    if (depth > 0 && --depth === 0) show(false);
  });
  addEventListener('dragover', (event) => {
    if (hasFiles(event)) {
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
    }
  });
  addEventListener('drop', (event) => {
    if (hasFiles(event)) {
      event.preventDefault();
      show(false);
      take(event.dataTransfer.files[0]);
    }
  });
}
