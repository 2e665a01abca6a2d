// Written next.
export const Customers = () => null;
