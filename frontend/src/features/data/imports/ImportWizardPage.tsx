import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Alert, Card, Flex, Form, Select, Steps, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient, useQuery } from 'urql';
import { useCan } from '@/features/session/session';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useAct } from '@/shared/graphql/useAct';
import { useFieldWords } from '@/shared/graphql/useFieldWords';
import { PageHeader } from '@/shared/ui/PageHeader';
import { IdTypesQuery } from '../ids/idQueries';
import { TableListQuery, TableQuery } from '../tables/tableQueries';
import { useTell } from '../useTell';
import type { CsvPreview } from './csvPreview';
import { FileChoice } from './FileChoice';
import type { TargetTable } from './guessMapping';
import { CreateImport } from './importQueries';
import type { NewImportSearch } from './importSearch';
import type { ImportKind } from './importWords';
import { KindChoice } from './KindChoice';
import { MappingEditor } from './MappingEditor';
import { toMapping } from './toMapping';
import { startUpload } from './uploads';

const route = getRouteApi('/console/data/imports/new');

interface ChosenFile {
  file: File;
  preview: CsvPreview;
}

/** A new import: what it brings, which file, which column is what. */
export function ImportWizardPage() {
  const { t } = useTranslation('data');
  const { t: tc } = useTranslation();
  const can = useCan();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [chosen, setChosen] = useState<ChosenFile | null>(null);
  const { kind } = search;
  const { table, isReady } = useTarget(search);
  const choose = (next: NewImportSearch) => void navigate({ search: next, replace: true });

  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={t('wizard.title')}
        description={t('wizard.description')}
        path={[
          tc('nav.section.data'),
          <Link key="list" to="/data/imports">
            {t('imports.title')}
          </Link>,
        ]}
      />
      {!can('data.import') && <Alert type="warning" showIcon title={t('needsImport')} />}
      <Card size="small">
        <Steps
          size="small"
          current={!isReady ? 0 : chosen ? 2 : 1}
          items={(['kind', 'file', 'mapping', 'upload'] as const).map((step) => ({
            title: t(`wizard.step.${step}`),
          }))}
        />
      </Card>
      <Card size="small" title={<h2 className="card-title">{t('wizard.step.kind')}</h2>}>
        <KindChoice kind={kind} onChoose={(next) => choose({ kind: next })} />
        {kind === 'ROWS' && (
          <TableChoice
            tableId={search.table}
            onChoose={(id) => choose({ kind: 'ROWS', table: id })}
          />
        )}
      </Card>
      {kind && isReady && (
        <Card size="small" title={<h2 className="card-title">{t('wizard.step.file')}</h2>}>
          <FileChoice
            chosen={chosen?.file ?? null}
            encoding={chosen?.preview.encoding}
            onChoose={(file, preview) => setChosen({ file, preview })}
            onClear={() => setChosen(null)}
          />
        </Card>
      )}
      {kind && isReady && chosen && (
        <MappingCard
          key={`${kind} ${search.table} ${chosen.file.name} ${chosen.file.lastModified}`}
          kind={kind}
          tableId={search.table}
          table={table}
          chosen={chosen}
        />
      )}
    </Flex>
  );
}

/** The table that rows go to; the other kinds have none and are ready at once. */
function useTarget({ kind, table: id }: NewImportSearch): {
  table: TargetTable | undefined;
  isReady: boolean;
} {
  const isRows = kind === 'ROWS';
  const [{ data }] = useQuery({
    query: TableQuery,
    variables: { id: id ?? '' },
    pause: !isRows || !id,
  });
  const table = isRows && data?.node?.__typename === 'DetailTable' ? data.node : undefined;
  return { table, isReady: isRows ? table?.id === id && id !== undefined : kind !== undefined };
}

function TableChoice({
  tableId,
  onChoose,
}: {
  tableId: string | undefined;
  onChoose: (id: string) => void;
}) {
  const { t } = useTranslation('data');
  const [{ data, fetching }] = useQuery({
    query: TableListQuery,
    variables: { first: 200, where: {} },
  });
  const tables = nodesOf(data?.detailTables);
  return (
    <Form name="import-table" layout="vertical" component="div" style={{ marginBlockStart: 16 }}>
      <Form.Item
        label={t('wizard.table')}
        htmlFor="import-table"
        style={{ marginBlockEnd: 0, maxWidth: 420 }}
        extra={
          data && tables.length === 0 ? (
            <Link to="/data/tables">{t('wizard.noTables')}</Link>
          ) : undefined
        }
      >
        <Select
          id="import-table"
          loading={fetching}
          value={tableId ?? null}
          placeholder={t('wizard.tableHint')}
          options={tables.map(({ id, name, displayName }) => ({
            value: id,
            label: displayName && displayName !== name ? `${displayName} (${name})` : name,
          }))}
          onChange={onChoose}
        />
      </Form.Item>
    </Form>
  );
}

interface MappingCardProps {
  kind: ImportKind;
  tableId: string | undefined;
  table: TargetTable | undefined;
  chosen: ChosenFile;
}

function MappingCard({ kind, tableId, table, chosen }: MappingCardProps) {
  const { t } = useTranslation('data');
  const can = useCan();
  const client = useClient();
  const navigate = useNavigate();
  const words = useFieldWords('data');
  const tell = useTell();
  const create = useAct(CreateImport);
  const [{ data }] = useQuery({ query: IdTypesQuery });
  const [refusals, setRefusals] = useState<Record<string, string>>({});
  const { file, preview } = chosen;

  async function start(mapping: Parameters<typeof toMapping>[0]) {
    setRefusals({});
    const { data: made, fault } = await create.act({
      input: {
        kind,
        tableId: kind === 'ROWS' ? (tableId ?? null) : null,
        fileName: file.name,
        size: String(file.size),
        mapping: toMapping(mapping, kind, table),
      },
    });
    if (fault) {
      const fields = fault.fields.filter(({ path }) => path.startsWith('input.mapping.'));
      setRefusals(
        Object.fromEntries(
          fields.map((field) => [field.path.slice('input.mapping.'.length), words(field)]),
        ),
      );
      if (fields.length === 0) tell(fault);
      return;
    }
    const { id, resumeAt } = made.createImport;
    startUpload(client, id, file, Number(resumeAt));
    await navigate({ to: '/data/imports/$id', params: { id } });
  }

  return (
    <Card size="small" title={<h2 className="card-title">{t('wizard.step.mapping')}</h2>}>
      <Typography.Paragraph type="secondary">
        {t('wizard.preview', { shown: preview.rows.length, encoding: preview.encoding })}
      </Typography.Paragraph>
      {data && (
        <MappingEditor
          kind={kind}
          preview={preview}
          idTypes={data.idTypes}
          table={table}
          refusals={refusals}
          busy={create.busy}
          disabled={!can('data.import')}
          onStart={(mapping) => void start(mapping)}
        />
      )}
    </Card>
  );
}
