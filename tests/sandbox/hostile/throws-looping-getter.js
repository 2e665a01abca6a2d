// expect: timeout
export default { score: async (customers, ctx) => {
  throw { get message() { for (;;); }, get stack() { for (;;); } };
} };
