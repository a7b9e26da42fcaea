/** A list as the upload takes it: a header and one openid a line. The IDs are made up. */
const SAMPLE = ['openid', 'oSample_AbCdEf000000000001', 'oSample_AbCdEf000000000002', ''].join(
  '\r\n',
);

export const SAMPLE_NAME = 'openid-sample.csv';

/** The sample's address; made in the browser, with the mark by which Excel knows UTF-8. */
export const SAMPLE_HREF = `data:text/csv;charset=utf-8,%EF%BB%BF${encodeURIComponent(SAMPLE)}`;
