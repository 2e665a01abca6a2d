// Written next.
export const AlertPage = () => null;
