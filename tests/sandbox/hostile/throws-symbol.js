// expect: plugin_error
export default { score: async (customers, ctx) => {
  throw Symbol('no');
} };
