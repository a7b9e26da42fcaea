import { Alert, Button, Flex, Form, Tag, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { variablesOf } from './contentText';
import { ParamEditor } from './ParamEditor';
import { TemplatePicker } from './TemplatePicker';
import { contentFor } from './taskForm';
import { useEventFields } from './useEventFields';
import { useWizard } from './WizardContext';

/** The template and its parameters (R82–R85). */
export function ContentEditor() {
  const { t } = useTranslation('wizard');
  const { values, template, patch, rules } = useWizard();
  const eventFields = useEventFields();
  const [isPicking, setIsPicking] = useState(false);
  const hasVariables = Object.values(values.content).some(
    ({ text }) => variablesOf(text).length > 0,
  );

  return (
    <>
      <Form.Item
        name="templateId"
        label={t('field.templateId')}
        required
        rules={rules('templateId')}
        trigger="onTemplate"
      >
        <TemplateButton
          title={template?.title ?? null}
          isRemoved={(template?.removedAt ?? null) !== null}
          disabled={values.channelId === null}
          onOpen={() => setIsPicking(true)}
        />
      </Form.Item>
      {template && (
        <Flex vertical gap="middle" style={{ marginBottom: 24 }}>
          {hasVariables && values.audienceMode === 'UPLOAD' && (
            <Alert
              type="warning"
              showIcon
              title={t('content.unknownTitle')}
              description={t('content.unknownText')}
            />
          )}
          {template.fields.map((field) => (
            <ParamEditor
              key={`${template.id}-${field.key}`}
              field={field}
              eventFields={eventFields}
            />
          ))}
        </Flex>
      )}
      {isPicking && values.channelId !== null && (
        <TemplatePicker
          channelId={values.channelId}
          chosen={values.templateId}
          onClose={() => setIsPicking(false)}
          onChoose={(chosen) => {
            setIsPicking(false);
            if (chosen.id === values.templateId) return;
            patch({ templateId: chosen.id, content: contentFor(chosen.fields, values.content) });
          }}
        />
      )}
    </>
  );
}

interface TemplateButtonProps {
  title: string | null;
  isRemoved: boolean;
  disabled: boolean;
  onOpen: () => void;
}

/** Takes no id from its field: the label would then hide the button's own words from screen readers. */
function TemplateButton({ title, isRemoved, disabled, onOpen }: TemplateButtonProps) {
  const { t } = useTranslation('wizard');
  return (
    <Flex gap="middle" align="center" wrap>
      {title && <Typography.Text strong>{title}</Typography.Text>}
      {isRemoved && <Tag color="red">{t('template.removed')}</Tag>}
      <Button disabled={disabled} onClick={onOpen}>
        {t(title ? 'template.another' : 'template.choose')}
      </Button>
      {disabled && <Typography.Text type="secondary">{t('template.needsChannel')}</Typography.Text>}
    </Flex>
  );
}
