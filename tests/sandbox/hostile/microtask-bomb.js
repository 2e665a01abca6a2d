// expect: timeout | memory
export default { score: async (customers, ctx) => {
  const again = () => Promise.resolve().then(again);
  again();
  await new Promise(() => {});
} };
