// expect: invalid_result
export default { score: async (customers, ctx) => {
  return () => 1;
} };
