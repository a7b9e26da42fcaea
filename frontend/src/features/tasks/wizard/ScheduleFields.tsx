import { Form } from 'antd';
import { CycleEditor } from '@/features/schedule/CycleEditor';
import type { CycleForm, TriggerForm } from '@/features/schedule/scheduleTypes';
import { TriggerEditor } from '@/features/schedule/TriggerEditor';
import { selfSpoken } from './problems';
import { useWizard } from './WizardContext';

/** 循环周期 and 起止时间 of a repeating task (R57, R58). */
export function CycleFields() {
  const { rules } = useWizard();
  return (
    <Form.Item name="cycle" rules={rules('cycle')} style={{ marginBottom: 0 }}>
      <CycleField />
    </Form.Item>
  );
}

/** 触发事件, 触达时机 and 结束时间 of a triggered task (R61–R75). */
export function TriggerFields() {
  const { rules } = useWizard();
  return (
    <Form.Item name="trigger" rules={rules('trigger')} style={{ marginBottom: 0 }}>
      <TriggerField />
    </Form.Item>
  );
}

interface FieldProps<Value> {
  value?: Value;
  onChange?: (value: Value) => void;
}

function CycleField({ value, onChange }: FieldProps<CycleForm>) {
  const { values, problems, isStrict } = useWizard();
  return (
    <CycleEditor
      value={value ?? values.cycle}
      onChange={(next) => onChange?.(next)}
      problems={selfSpoken(problems)}
      isStrict={isStrict}
    />
  );
}

function TriggerField({ value, onChange }: FieldProps<TriggerForm>) {
  const { values, problems, isStrict, patch } = useWizard();
  return (
    <TriggerEditor
      type={values.type}
      value={value ?? values.trigger}
      onChange={(next) => onChange?.(next)}
      endsAt={values.endsAt}
      onEndsAt={(endsAt) => patch({ endsAt })}
      problems={selfSpoken(problems)}
      isStrict={isStrict}
    />
  );
}
