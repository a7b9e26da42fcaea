import { Alert, Button, Card, Flex, Progress, Typography, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from 'urql';
import { MayImport } from '../MayImport';
import { useDataFaultWords } from '../useTell';
import { isSameFile, percentOf } from './chunks';
import { fileSize } from './fileSize';
import type { ImportDetail } from './importQueries';
import type { ImportUpload, UploadState } from './importUpload';
import { startUpload, useUploadOf } from './uploads';

/** The file's way to the server: how far it is, paused, or waiting for somebody to choose it again. */
export function UploadPanel({ found }: { found: ImportDetail }) {
  const { t } = useTranslation('data');
  const { upload, state } = useUploadOf(found.id);
  return (
    <Card size="small" title={<h2 className="card-title">{t('upload.title')}</h2>}>
      {upload && state ? <Sending upload={upload} state={state} /> : <ChooseAgain found={found} />}
    </Card>
  );
}

function Sending({ upload, state }: { upload: ImportUpload; state: UploadState }) {
  const { t } = useTranslation('data');
  const ofFault = useDataFaultWords();
  const { phase, sent, size, fault } = state;
  const isMoving = phase === 'sending' || phase === 'waiting';
  return (
    <Flex vertical gap="small">
      <Flex gap="middle" align="center">
        <Progress
          aria-label={t('upload.progress', { name: upload.file.name })}
          percent={percentOf(sent, size)}
          status={phase === 'stopped' ? 'exception' : 'normal'}
          style={{ flex: 1 }}
        />
        {phase !== 'done' && (
          <Button onClick={() => (isMoving ? upload.pause() : void upload.run())}>
            {t(isMoving ? 'upload.pause' : 'upload.resume')}
          </Button>
        )}
      </Flex>
      <Typography.Text type="secondary" role="status">
        {t(`upload.phase.${phase}`, { sent: fileSize(sent), size: fileSize(size) })}
      </Typography.Text>
      {fault && (
        <Alert type={phase === 'stopped' ? 'error' : 'warning'} showIcon title={ofFault(fault)} />
      )}
    </Flex>
  );
}

/** After a reload the browser has lost the file: the same one goes on where the server has it. */
function ChooseAgain({ found }: { found: ImportDetail }) {
  const { t } = useTranslation('data');
  const client = useClient();
  const [wrong, setWrong] = useState<string | null>(null);
  const offset = Number(found.resumeAt);

  function choose(file: File) {
    if (!isSameFile(file, found)) return setWrong(file.name);
    setWrong(null);
    startUpload(client, found.id, file, offset);
  }

  return (
    <Flex vertical gap="small">
      <Progress
        aria-label={t('upload.progress', { name: found.fileName })}
        percent={percentOf(offset, Number(found.size))}
      />
      <Typography.Text>
        {t('upload.again', {
          name: found.fileName,
          sent: fileSize(offset),
          size: fileSize(Number(found.size)),
        })}
      </Typography.Text>
      <MayImport>
        {(disabled) => (
          <Upload
            accept=".csv,.txt,text/csv,text/plain"
            showUploadList={false}
            disabled={disabled}
            beforeUpload={(file) => {
              choose(file);
              return false;
            }}
          >
            <Button disabled={disabled}>{t('upload.choose')}</Button>
          </Upload>
        )}
      </MayImport>
      {wrong && (
        <Alert
          type="error"
          showIcon
          title={t('upload.wrong', {
            chosen: wrong,
            name: found.fileName,
            size: fileSize(Number(found.size)),
          })}
        />
      )}
    </Flex>
  );
}
