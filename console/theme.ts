// Colours, type and density of the console. Every text colour here holds WCAG AA on its own ground, light and dark.
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const pine: MantineColorsTuple = [
  '#eaf7f4',
  '#d3ede7',
  '#a6dccf',
  '#74c9b7',
  '#49b5a1',
  '#239a86',
  '#148272',
  '#0b6b60',
  '#08554d',
  '#053f3a',
];

const slate: MantineColorsTuple = [
  '#e3e6eb',
  '#c3c9d2',
  '#a3abb8',
  '#7a8392',
  '#353c48',
  '#2a303a',
  '#1c2129',
  '#13171d',
  '#0e1116',
  '#090b0f',
];

export const theme = createTheme({
  primaryColor: 'pine',
  primaryShade: { light: 7, dark: 7 },
  colors: { pine, dark: slate },
  defaultRadius: 6,
  fontFamily:
    'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "JetBrains Mono", Menlo, Consolas, monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.25rem', lineHeight: '1.3' },
      h2: { fontSize: '0.9375rem', lineHeight: '1.4' },
      h3: { fontSize: '0.875rem' },
    },
  },
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Button: { defaultProps: { size: 'sm' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 'lg' } },
    TextInput: { defaultProps: { size: 'sm' } },
    // The head of a dialog is a <header>, which would count as a second banner of the page.
    Modal: {
      defaultProps: {
        centered: true,
        overlayProps: { backgroundOpacity: 0.4 },
        attributes: { header: { role: 'none' } },
      },
    },
    Drawer: { defaultProps: { attributes: { header: { role: 'none' } } } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: { '--mantine-line-height': '1.5' },
  light: {
    '--mantine-color-body': '#f6f7f8',
    '--mantine-color-text': '#171b21',
    '--mantine-color-dimmed': '#566070',
    '--mantine-color-placeholder': '#697384',
    '--mantine-color-error': '#b42318',
    '--mantine-color-anchor': '#0b6b60',
    '--panel': '#ffffff',
    '--line': '#e3e6ea',
    '--hover': '#f0f2f4',
  },
  dark: {
    '--mantine-color-body': '#0e1116',
    '--mantine-color-text': '#e3e6eb',
    '--mantine-color-dimmed': '#9aa3b1',
    '--mantine-color-placeholder': '#8b94a3',
    '--mantine-color-error': '#ff8a80',
    '--mantine-color-anchor': '#74c9b7',
    '--panel': '#151a21',
    '--line': '#272e38',
    '--hover': '#1c222b',
  },
});
