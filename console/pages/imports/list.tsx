// Written next.
export const Imports = () => null;
