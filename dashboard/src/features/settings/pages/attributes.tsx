import { useQuery } from '@tanstack/react-query';
import { ListPlus } from 'lucide-react';
import { attributesQuery, change } from '../api';
import { Crud, RowText } from '../crud';
import { ForAdministrators } from '../kit';
import { usePlace } from '../place';
import { useSettingsText } from '../texts';

const models = ['conversation_attribute', 'contact_attribute'];
const types = ['text', 'number', 'currency', 'percent', 'link', 'date', 'list', 'checkbox'];

/** What the account keeps about contacts and conversations beyond the built-in facts. */
export default function CustomAttributes() {
  const { t } = useSettingsText();
  const { accountId } = usePlace();
  const attributes = useQuery(attributesQuery(accountId));
  return (
    <ForAdministrators>
      <Crud
        page="attributes"
        form="attribute"
        icon={ListPlus}
        query={attributes}
        nameOf={(each) => each.display_name}
        blank={{
          display_name: '',
          attribute_key: '',
          attribute_model: 'conversation_attribute',
          display_type: 'text',
          description: '',
          list_values: [],
          regex_pattern: '',
          regex_cue: '',
        }}
        fields={() => [
          { name: 'display_name', required: true },
          { name: 'attribute_key', code: true, required: true },
          {
            name: 'attribute_model',
            kind: 'select',
            options: models.map((value) => ({ value, label: t(`attribute.model.${value}`) })),
          },
          {
            name: 'display_type',
            kind: 'select',
            options: types.map((value) => ({ value, label: t(`attribute.type.${value}`) })),
          },
          { name: 'list_values', kind: 'lines', show: (values) => values.display_type === 'list' },
          { name: 'description' },
          { name: 'regex_pattern', code: true, show: (values) => values.display_type === 'text' },
          { name: 'regex_cue', show: (values) => values.display_type === 'text' },
        ]}
        fieldOf={{
          attribute_key_taken: 'attribute_key',
          custom_attribute_invalid: 'attribute_key',
        }}
        save={(id, values) =>
          change(accountId, 'save_custom_attribute', {
            p_account_id: accountId,
            p_id: id,
            p_values: {
              display_name: values.display_name,
              attribute_key: values.attribute_key,
              attribute_model: values.attribute_model,
              display_type: values.display_type,
              description: values.description,
              list_values: (values.list_values as string[])
                .map((each) => each.trim())
                .filter(Boolean),
              regex_pattern: values.regex_pattern || null,
              regex_cue: values.regex_cue || null,
            },
          })
        }
        remove={(each) => change(accountId, 'delete_custom_attribute', { p_id: each.id })}
      >
        {(each) => (
          <RowText
            title={each.display_name}
            text={`${each.attribute_key} · ${t(`attribute.type.${each.display_type}`)} · ${t(`attribute.model.${each.attribute_model}`)}`}
          />
        )}
      </Crud>
    </ForAdministrators>
  );
}
