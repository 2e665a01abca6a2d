// expect: timeout
export default { score: async (customers, ctx) => {
  await null;
  for (;;);
} };
