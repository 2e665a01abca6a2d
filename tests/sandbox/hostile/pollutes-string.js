// expect: plugin_error
export default { score: async (customers, ctx) => {
  String.prototype.slice = () => { for (;;); };
  Function.prototype.call = Function.prototype.apply = () => { for (;;); };
  throw new Error('quietly');
} };
