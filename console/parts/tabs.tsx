// Tabs whose choice is in the address, so that a link leads to the same view.
import { Tabs } from '@mantine/core';
import type { ReactNode } from 'react';

export type Tab = { value: string; label: string; content: () => ReactNode };

type PageTabsProps = {
  label: string;
  value: string;
  onChange: (tab: string) => void;
  tabs: Tab[];
};

export const PageTabs = ({ label, value, onChange, tabs }: PageTabsProps) => {
  const current = tabs.find((tab) => tab.value === value) ?? tabs[0];
  return (
    <Tabs value={current?.value ?? null} onChange={(tab) => tab && onChange(tab)} keepMounted={false}>
      <Tabs.List aria-label={label} mb="md" className="tab-list">
        {tabs.map((tab) => (
          <Tabs.Tab key={tab.value} value={tab.value}>
            {tab.label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {current && <Tabs.Panel value={current.value}>{current.content()}</Tabs.Panel>}
    </Tabs>
  );
};
