// expect: invalid_result
export default { score: async (customers, ctx) => {
  return [{ customer: 'c1', value: 1n }];
} };
