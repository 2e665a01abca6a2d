// expect: timeout
export default { score: async (customers, ctx) => {
  return [{ get customer() { for (;;); }, value: 1 }];
} };
