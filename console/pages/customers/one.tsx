// Written next.
export const CustomerPage = () => null;
