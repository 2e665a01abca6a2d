// expect: invalid_result
export default { score: async (customers, ctx) => {
  return [{ customer: 'somebody-else', value: 1 }];
} };
