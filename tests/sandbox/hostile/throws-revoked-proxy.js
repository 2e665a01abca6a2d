// expect: plugin_error
export default { score: async (customers, ctx) => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  throw proxy;
} };
