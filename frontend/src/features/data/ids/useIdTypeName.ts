import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';

/** Built-in ID types as the server names them; a name that a project gave one stands as it is. */
const BUILT_IN = {
  user_id: '用户 ID',
  unionid: '微信 UnionID',
  phone: '手机号',
  wx_openid: '微信小程序 OpenID',
  device_id: '设备 ID',
  anonymous_id: '匿名 ID',
} as const;

function isBuiltIn(code: string): code is keyof typeof BUILT_IN {
  return Object.hasOwn(BUILT_IN, code);
}

/** Says an ID type in the reader's language. */
export function useIdTypeName() {
  const { t } = useTranslation('data');
  return useCallback(
    (code: string, name: string) =>
      isBuiltIn(code) && BUILT_IN[code] === name ? t(`idName.${code}`) : name,
    [t],
  );
}
