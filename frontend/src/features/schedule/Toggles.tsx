import { Button } from 'antd';

interface TogglesProps<Value extends string | number> {
  label: string;
  choices: readonly { value: Value; label: string }[];
  value: readonly Value[];
  onChange: (value: Value[]) => void;
  className?: string | undefined;
}

/** Any of some short choices, in their order. */
export function Toggles<Value extends string | number>({
  label,
  choices,
  value,
  onChange,
  className,
}: TogglesProps<Value>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a grid in every browser
    <div role="group" aria-label={label} className={className}>
      {choices.map((choice) => {
        const isOn = value.includes(choice.value);
        return (
          <Button
            key={choice.value}
            type={isOn ? 'primary' : 'default'}
            aria-pressed={isOn}
            style={{ paddingInline: 8 }}
            onClick={() =>
              onChange(
                choices
                  .map((one) => one.value)
                  .filter((one) => (one === choice.value ? !isOn : value.includes(one))),
              )
            }
          >
            {choice.label}
          </Button>
        );
      })}
    </div>
  );
}
