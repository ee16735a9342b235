// A real sign-in provider for the tests: whoever types a name is signed in as name@domain.
// Started with one argument, JSON: {port, domain, clients, inIdToken}. Says "ready" once it listens.
import { Provider } from 'oidc-provider';

const { port, domain, clients, inIdToken } = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  clients,
  conformIdTokenClaims: !inIdToken,
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  cookies: { keys: ['a key for tests'] },
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => {
        ctx.body = `<!doctype html><title>Sign out</title>${form}
          <button form="op.logoutForm" name="logout" value="yes">Sign out</button>`;
      },
      postLogoutSuccessSource: (ctx) => {
        ctx.body = '<!doctype html><title>Signed out</title><h1>Signed out</h1>';
      },
    },
    backchannelLogout: { enabled: true },
  },
  // The portal under test is on this machine, where the provider would not call by itself.
  fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  pkce: { required: () => true },
  ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 3600, IdToken: 600, Interaction: 600, Session: 3600 },
  findAccount: (ctx, name) => ({
    accountId: name,
    claims: () => ({
      sub: name,
      name: `${name[0].toUpperCase()}${name.slice(1)} of ${domain}`,
      email: `${name}@${domain}`,
      email_verified: !name.startsWith('unverified'),
    }),
  }),
});

provider.on('backchannel.error', (ctx, error) => console.error(error));

function typed(ctx) {
  return new Promise((resolve) => {
    let body = '';
    ctx.req.on('data', (chunk) => { body += chunk; });
    ctx.req.on('end', () => resolve(new URLSearchParams(body)));
  });
}

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) {
    await next();
    return;
  }
  const { params, prompt } = await provider.interactionDetails(ctx.req, ctx.res);
  let result;
  if (prompt.name === 'login') {
    if (ctx.method === 'GET') {
      ctx.type = 'html';
      ctx.body = `<!doctype html><title>Sign in</title><form method="post">
        <label>Name <input name="name" value="${(params.login_hint ?? '').split('@')[0].replace(/\W/g, '')}"></label>
        <button>Sign in</button></form>`;
      return;
    }
    result = { login: { accountId: (await typed(ctx)).get('name') } };
  } else {
    const { session } = await provider.interactionDetails(ctx.req, ctx.res);
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    result = { consent: { grantId: await grant.save() } };
  }
  ctx.respond = false;
  await provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: true });
});

provider.listen(port, '127.0.0.1', () => console.log('ready'));
