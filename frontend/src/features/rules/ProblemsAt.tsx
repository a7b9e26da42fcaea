import { Typography } from 'antd';
import { useFieldWords } from '@/shared/graphql/useFieldWords';
import { useProblemsAt } from './RuleContext';

/** Says what is wrong at a node, beside it. */
export function ProblemsAt({ path }: { path: string }) {
  const problems = useProblemsAt(path);
  const words = useFieldWords('rules');
  const said = [...new Set(problems.map((problem) => words({ ...problem, path: '' })))];
  if (said.length === 0) return null;
  return (
    <div role="alert">
      {said.map((text) => (
        <Typography.Text key={text} type="danger" style={{ display: 'block', fontSize: 13 }}>
          {text}
        </Typography.Text>
      ))}
    </div>
  );
}
