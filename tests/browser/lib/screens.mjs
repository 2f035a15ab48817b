// The screens on which the page is looked at.

export const SCREENS = {
  desktop: { viewport: { width: 1440, height: 960 } },
  tablet: { viewport: { width: 820, height: 1100 } },
  phone: { viewport: { width: 360, height: 780 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};
