// Written next.
export const ImportPage = () => null;
