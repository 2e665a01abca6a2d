// Written next.
export const Promotions = () => null;
