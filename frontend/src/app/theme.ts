import type { ThemeConfig } from 'antd';

/** Blues and greys a step darker than antd's own, so that selected menus, waiting steps and hints pass WCAG AA. */
export const THEME: ThemeConfig = {
  token: {
    colorPrimary: '#165dff',
    // antd's own hover is lighter, which white text on it does not pass.
    colorPrimaryHover: '#0e4bd8',
    colorInfo: '#165dff',
    colorLink: '#165dff',
    colorError: '#cf1322',
    colorTextSecondary: 'rgba(0, 0, 0, 0.65)',
    colorTextDescription: 'rgba(0, 0, 0, 0.65)',
    colorTextPlaceholder: 'rgba(0, 0, 0, 0.6)',
    borderRadius: 4,
  },
  components: {
    Layout: { headerBg: '#ffffff', siderBg: '#ffffff', bodyBg: '#f3f5f8', headerHeight: 56 },
    Menu: { itemBorderRadius: 4, activeBarBorderWidth: 0 },
    Descriptions: { labelColor: 'rgba(0, 0, 0, 0.65)' },
    Breadcrumb: {
      itemColor: 'rgba(0, 0, 0, 0.65)',
      lastItemColor: 'rgba(0, 0, 0, 0.65)',
      separatorColor: 'rgba(0, 0, 0, 0.65)',
    },
  },
};
