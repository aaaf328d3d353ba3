// Shows openapi.json; nothing is asked of any other address.
window.addEventListener('load', () => {
  window.SwaggerUIBundle({ url: '../openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null });
});
