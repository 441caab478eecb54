// The explorer of this server's own description. Nothing is asked of anybody else.
SwaggerUIBundle({
  url: '/api/schema/',
  dom_id: '#explorer',
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: 'list',
  filter: true,
  persistAuthorization: false,
  tryItOutEnabled: true,
  validatorUrl: null,
})
