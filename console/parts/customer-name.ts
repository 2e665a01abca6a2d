// What a customer is called on a page: the name, else the best thing there is to recognise them by.
type Named = {
  id: string;
  name?: string | null;
  company?: string | null;
  email?: string | null;
  externalId?: string | null;
};

export const nameOf = ({ id, name, company, email, externalId }: Named): string =>
  name ?? company ?? email ?? externalId ?? id.slice(0, 8);
