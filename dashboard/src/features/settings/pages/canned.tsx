import { useQuery } from '@tanstack/react-query';
import { MessageSquareQuote } from 'lucide-react';
import { cannedQuery, change } from '../api';
import { Crud, RowText } from '../crud';
import { usePlace } from '../place';

/** Answers kept ready, which every member may change. */
export default function CannedResponses() {
  const { accountId } = usePlace();
  const canned = useQuery(cannedQuery(accountId));
  return (
    <Crud
      page="canned"
      form="cannedResponse"
      icon={MessageSquareQuote}
      query={canned}
      nameOf={(each) => `/${each.short_code}`}
      blank={{ short_code: '', content: '' }}
      fields={() => [
        { name: 'short_code', required: true },
        { name: 'content', kind: 'long', rows: 6, required: true },
      ]}
      fieldOf={{
        short_code_invalid: 'short_code',
        short_code_taken: 'short_code',
        content_invalid: 'content',
      }}
      save={(id, values) =>
        change(accountId, 'save_canned_response', {
          p_account_id: accountId,
          p_id: id,
          p_short_code: values.short_code,
          p_content: values.content,
        })
      }
      remove={(each) => change(accountId, 'delete_canned_response', { p_id: each.id })}
    >
      {(each) => <RowText title={`/${each.short_code}`} text={each.content} />}
    </Crud>
  );
}
