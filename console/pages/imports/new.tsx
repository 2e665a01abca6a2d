// Written next.
export const NewImport = () => null;
