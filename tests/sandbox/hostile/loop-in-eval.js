// expect: timeout
export default { score: async (customers, ctx) => {
  new Function('for (;;);')();
} };
